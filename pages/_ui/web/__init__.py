"""The HTTP side of the app: routes, the guard in front of every request, cookies, export downloads."""
