"""BigEarthNet.txt in the open: from CORINE reference maps to text, models and tables.

The library behind the workflow. It knows nothing of Snakemake: the programs in
``workflow_scripts/`` read settings and paths, call it, and write what it returns.
"""
