# What the rules of rules/verify.smk are given. No rules.


def annotations():
    """The annotations to answer again: this run's data set, or other ones; the program asks for missing ones."""
    released = config["agreement"]["annotations"]
    if released is None:
        return DATASET
    return [released] if released == DOWNLOADED or Path(released).exists() else []


def agreement_arguments():
    """What measure_agreement.py is given next to maps and metadata."""
    arguments = f"--annotations {config['agreement']['annotations'] or DATASET}"
    climate = config["geography"]["climate"]
    if climate["source"] == "raster":
        arguments += f" --climate-raster {climate['raster']}"
    if complete := config["agreement"]["complete"]:
        arguments += f" --complete {' '.join(map(shlex.quote, complete))}"
    return arguments


def test_scores():
    """The scores on the test split of the models that Table S5 has a row for, where its images are encoded."""
    if "test" not in IMAGE_SPLITS[config["images"]["splits"]]:
        return []
    models = [key for key in RUN_MODELS if key in LAYOUTS["table_s5"].models]
    return scores(models, TASKS, "test")
