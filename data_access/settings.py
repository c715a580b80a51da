"""Settings from the environment (and ``.env``); every value has a safe default."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """What an operator can set. Paths may be absolute; relative ones start at the project's root."""

    model_config = SettingsConfigDict(env_file=ROOT / ".env", extra="ignore")

    database_url: str = Field(default=f"sqlite:///{ROOT / 'var' / 'dashboard.sqlite3'}")
    keys_dir: Path = Field(default=ROOT / "var" / "keys", alias="DASHBOARD_KEYS_DIR")
    files_dir: Path = Field(default=ROOT / "var" / "files", alias="DASHBOARD_FILES_DIR")
    idle_minutes: int = Field(default=30, alias="DASHBOARD_IDLE_MINUTES")
    session_hours: int = Field(default=12, alias="DASHBOARD_SESSION_HOURS")
    public_url: str = Field(default="http://localhost:8501", alias="DASHBOARD_PUBLIC_URL")
    red_is_up: bool = Field(default=True, alias="DASHBOARD_RED_IS_UP")
    freeze_imports: bool = Field(default=True, alias="DASHBOARD_FREEZE_IMPORTS")


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Return the settings of this process, read once."""
    return Settings()
