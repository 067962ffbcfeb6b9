# What the rules of rules/annotate.smk are given. No rules.


def question_settings(wildcards):
    """The settings of one annotation type, so that a changed key reruns no other."""
    keys = settings_of(QUESTION_TYPES[wildcards.type])
    return settings("seed", *(f"questions.{key}" for key in keys))


def templates(wildcards):
    """The template files of one annotation type."""
    return template_files(wildcards.type)


def template_files(name):
    """The template files of an annotation type, by its name in files."""
    return sorted(map(str, Path("resources/templates", name).glob("*.yaml")))
