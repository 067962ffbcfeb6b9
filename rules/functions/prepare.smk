# What the rules of rules/prepare.smk are given. No rules.


def streams_images():
    """Whether the image archives are read from their server and not kept."""
    kept = config["images"]["keep_archives"] or config["images"]["folder"]
    return config["source"]["kind"] == "download" and not kept


def image_archives():
    """The archives, or what their streams are checked with. New code of a source is no reason to fetch again."""
    if streams_images():
        return {"sources": ancient("resources/sources.tsv")}
    if folder := config["images"]["folder"]:
        # A patch that is unpacked next to others is no reason to encode those again.
        names = {"sentinel_1": "BigEarthNet-S1", "sentinel_2": "BigEarthNet-S2"}
        return {key: ancient(f"{folder}/{name}") for key, name in names.items()}
    return {"sentinel_1": SENTINEL_1, "sentinel_2": SENTINEL_2}


def image_arguments():
    """Where encode_images.py gets the archives; neither mirror nor retries are params, as of a download."""
    if not streams_images():
        return " --s1 {input.sentinel_1} --s2 {input.sentinel_2}"
    base_url, retries = config["source"]["base_url"], config["source"]["retries"]
    address = shlex.quote(base_url).replace("{", "{{").replace("}", "}}")
    return f" --sources {{input.sources}} --base-url {address} --retries {retries}"
