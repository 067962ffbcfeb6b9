"""An invented BigEarthNet v2.0 in the published formats."""
