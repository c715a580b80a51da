"""The refresh: facts in, one status row per client and month plus small cubes out, in SQL on both engines."""

from data_access.refresh.attribution import ANY_TYPE
from data_access.refresh.exclusive import RefreshRunning
from data_access.refresh.run import RefreshResult, refresh

__all__ = ["ANY_TYPE", "RefreshResult", "RefreshRunning", "refresh"]
