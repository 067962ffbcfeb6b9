"""How the models of each family in ``resources/models.yaml`` are run."""
