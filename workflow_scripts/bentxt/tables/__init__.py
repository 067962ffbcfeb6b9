"""What passes between stages: schemas, whole files, streams, sorted rows."""
