"""From YAML text to a checked Network; every problem of every file reported together."""

from supplychain.loader.files import data_folder
from supplychain.loader.problems import DataError, Problem
from supplychain.loader.read import Report, check, check_texts, load, load_scenario, load_texts
from supplychain.loader.schema import json_schema

__all__ = [
    "DataError",
    "Problem",
    "Report",
    "check",
    "check_texts",
    "data_folder",
    "json_schema",
    "load",
    "load_scenario",
    "load_texts",
]
