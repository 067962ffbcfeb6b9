# What the rules of rules/models.smk are given. No rules.


def shown_images(wildcards):
    """The images of a page; of answers from a file, which look at none, only where they cost no download."""
    here = config["source"]["kind"] == "miniature" or config["images"]["folder"] or Path(IMAGES).exists()
    return IMAGES if here or wildcards.model not in FROM_FILES else []
