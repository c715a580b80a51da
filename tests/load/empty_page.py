"""The smallest Streamlit page: what every page of the app is measured beside."""

import streamlit as st

st.write("empty")
