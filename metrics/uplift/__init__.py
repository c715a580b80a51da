"""Whether contacting clients made the difference: both arms as drawn, with intervals and a plain verdict."""

from metrics.uplift.cohorts import Cohort, Funnel, FunnelRow, FunnelStep, cohorts_of, funnel_of
from metrics.uplift.inflow import InflowDifference, InflowRow, inflow_difference
from metrics.uplift.intervals import newcombe_interval, stratified_interval, wilson_interval
from metrics.uplift.power import clients_needed, power_of
from metrics.uplift.verdict import DrawnClient, Uplift, Verdict, uplift_of

__all__ = [
    "Cohort",
    "DrawnClient",
    "Funnel",
    "FunnelRow",
    "FunnelStep",
    "InflowDifference",
    "InflowRow",
    "Uplift",
    "Verdict",
    "clients_needed",
    "cohorts_of",
    "funnel_of",
    "inflow_difference",
    "newcombe_interval",
    "power_of",
    "stratified_interval",
    "uplift_of",
    "wilson_interval",
]
