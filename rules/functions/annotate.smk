# What the rules of rules/annotate.smk are given. No rules.


def question_settings(wildcards):
    """The settings of one annotation type, so that a changed key reruns no other."""
    keys = settings_of(QUESTION_TYPES[wildcards.type])
    return settings("seed", *(f"questions.{key}" for key in keys))


def templates(wildcards):
    """The template files of one annotation type."""
    return sorted(map(str, Path("resources/templates", wildcards.type).glob("*.yaml")))
