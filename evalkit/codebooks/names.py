"""The file names of the code book."""

METRICS_FILE = "metrics.yaml"
EXPOSURES_FILE = "exposures.yaml"
LAW_CHANGES_FILE = "law_changes.yaml"
AUTHORITIES_FILE = "authorities.yaml"
FILES = (METRICS_FILE, EXPOSURES_FILE, LAW_CHANGES_FILE, AUTHORITIES_FILE)
