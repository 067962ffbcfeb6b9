# BigEarthNet v2.0: three archives and two metadata files in paths.data, downloaded or invented; and the
# released data set, where a run asks for it.
#
# needs:  resources/sources.tsv, or nothing
# makes:  {data}/Reference_Maps.tar.zst, BigEarthNet-S1.tar.zst, BigEarthNet-S2.tar.zst,
#         metadata.parquet, metadata_for_patches_with_snow_cloud_or_shadow.parquet, BigEarthNet.txt.parquet

DOWNLOADS = []

if config["source"]["kind"] == "miniature":

    rule make_miniature_world:
        output:
            reference_maps=REFERENCE_MAPS,
            sentinel_1=SENTINEL_1,
            sentinel_2=SENTINEL_2,
            metadata=METADATA,
            excluded_metadata=EXCLUDED_METADATA,
        log:
            f"{LOGS}/make_miniature_world.log",
        benchmark:
            f"{TIMINGS}/make_miniature_world.tsv"
        conda:
            "../envs/data.yaml"
        # All else waits for it.
        threads: 2
        resources:
            mem_mb=2000,
            runtime=30,
        params:
            settings=settings("seed", "miniature"),
            code=code("make_miniature_world"),
        message:
            "Inventing BigEarthNet v2.0 in miniature"
        shell:
            "python workflow_scripts/make_miniature_world.py"
            " --reference-maps {output.reference_maps}"
            " --s1 {output.sentinel_1}"
            " --s2 {output.sentinel_2}"
            " --metadata {output.metadata}"
            " --excluded-metadata {output.excluded_metadata}"
            " --threads {threads}"
            " --settings {params.settings:q}"
            " --code {params.code}"
            " > {log} 2>&1"

else:
    DOWNLOADS += [r"BigEarthNet-S[12]\.tar\.zst", r"Reference_Maps\.tar\.zst", r"metadata\w*\.parquet"]

# Once it is there it is no output of a rule: nothing deletes it or fetches it again, --forceall neither.
if (DOWNLOADS or RELEASED == DOWNLOADED) and not Path(DOWNLOADED).exists():
    DOWNLOADS.append(r"BigEarthNet\.txt\.parquet")

if DOWNLOADS:

    # Size and hash in sources.tsv say what each file is. So neither another mirror nor new code is a
    # reason to fetch 118 GB again: the settings are not params, and the list of sources is ancient.
    rule download_source:
        input:
            sources=ancient("resources/sources.tsv"),
        output:
            f"{DATA}/{{name}}",
        log:
            f"{LOGS}/download_source/{{name}}.log",
        benchmark:
            f"{TIMINGS}/download_source/{{name}}.tsv"
        wildcard_constraints:
            name="|".join(DOWNLOADS),
        conda:
            "../envs/data.yaml"
        resources:
            mem_mb=1000,
            runtime=2880,
        message:
            "Downloading {wildcards.name}"
        shell:
            "python workflow_scripts/download_source.py"
            " --name {wildcards.name} --sources {input.sources} --out {output}"
            f" --settings {shlex.quote(settings('source', 'dataset')).replace('{', '{{').replace('}', '}}')}"
            " > {log} 2>&1"
