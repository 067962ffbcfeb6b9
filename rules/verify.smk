# Checks: of the run against itself, of annotations against the maps, of numbers against the release's, of the
# paper against itself and of ours against the paper's.
#
# needs:  {results}/scores; {results}/items; {results}/BigEarthNet.txt.parquet, or the released one
#         (agreement.annotations); the reference maps and metadata
# makes:  figures/learning.csv, figures/modalities.csv, figures/agreement.csv, figures/counts.csv,
#         figures/paper_consistency.{csv,md}, figures/reproduction.{csv,md},
#         {results}/agreement/{disagreements,captions}.csv


include: "functions/verify.smk"


from bentxt.bigearthnet.image_splits import IMAGE_SPLITS
from bentxt.published.paper_tables import paper_files
from bentxt.questions.categories import content_settings
from bentxt.reporting.modality_comparison import ABOUT_CLASSES

#: The paper's tables as typed over.
PAPER_FILES = [path.as_posix() for path in paper_files("resources/paper")]

#: What fine-tuning is compared with.
BASELINES = [key for key, entry in MODEL_TABLE.items() if entry.group == "baseline"]

#: RS-InternVL with all modalities and with RGB alone, where this run has both and invents its images: only there
#: is it known which classes differ outside RGB alone.
ALL_AND_RGB = [
    [key, rgb]
    for key in TRAINED
    for rgb in ABLATIONS
    if config["source"]["kind"] == "miniature"
    and len(config["finetuning"]["modalities"]) == 3
    and ABLATIONS[rgb].get("modalities") == ["rgb"]
][:1]


rule report_learning:
    input:
        scores=scores([*TRAINED, *BASELINES[:1]], TASKS),
        scored_items=items([*TRAINED, *BASELINES[:1]], TASKS),
        dataset=DATASET,
    output:
        csv=report(
            "figures/learning.csv",
            caption="../report/learning.rst",
            category="Checks",
            labels={"item": "What fine-tuning taught"},
        ),
        provenance="figures/learning.provenance.json",
    log:
        f"{LOGS}/report_learning.log",
    benchmark:
        f"{TIMINGS}/report_learning.tsv"
    conda:
        "../envs/evaluation.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        settings=settings("seed", "benchmark.bootstrap_resamples"),
        code=code("report_learning"),
        models=[*TRAINED, *BASELINES[:1]],
    message:
        "Comparing RS-InternVL with the untrained model and the best constant answer"
    shell:
        "python workflow_scripts/report_learning.py"
        " --scores {input.scores}"
        " --items {input.scored_items}"
        " --dataset {input.dataset}"
        " --model {params.models[0]}"
        " --baseline {params.models[1]}"
        " --out {output.csv}"
        " --settings {params.settings:q}"
        " --code {params.code}"
        " 2> {log}"


if ALL_AND_RGB:

    rule compare_modalities:
        input:
            scores=scores(*ALL_AND_RGB, ABOUT_CLASSES),
            scored_items=items(*ALL_AND_RGB, ABOUT_CLASSES),
        output:
            csv=report(
                "figures/modalities.csv",
                caption="../report/modalities.rst",
                category="Checks",
                labels={"item": "What modalities beyond RGB are for"},
            ),
            provenance="figures/modalities.provenance.json",
        log:
            f"{LOGS}/compare_modalities.log",
        benchmark:
            f"{TIMINGS}/compare_modalities.tsv"
        conda:
            "../envs/evaluation.yaml"
        resources:
            mem_mb=2000,
            runtime=10,
        params:
            settings=settings("seed", "benchmark.bootstrap_resamples"),
            code=code("compare_modalities"),
            models=ALL_AND_RGB[0],
        message:
            "Comparing all modalities with RGB alone, on classes that differ only outside RGB"
        shell:
            "python workflow_scripts/compare_modalities.py"
            " --scores {input.scores}"
            " --items {input.scored_items}"
            " --model {params.models[0]}"
            " --rgb {params.models[1]}"
            " --out {output.csv}"
            " --settings {params.settings:q}"
            " --code {params.code}"
            " 2> {log}"


rule measure_counts:
    input:
        dataset=DATASET,
        release_counts="resources/release_counts.csv",
    output:
        csv=report(
            "figures/counts.csv",
            caption="../report/counts.rst",
            category="Checks",
            labels={"item": "Numbers of annotations next to the release's"},
        ),
        provenance="figures/counts.provenance.json",
    log:
        f"{LOGS}/measure_counts.log",
    benchmark:
        f"{TIMINGS}/measure_counts.tsv"
    conda:
        "../envs/evaluation.yaml"
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        settings=settings(),
        code=code("measure_counts"),
    message:
        "Comparing numbers and balances of the data set with the release's"
    shell:
        "python workflow_scripts/measure_counts.py"
        " --dataset {input.dataset}"
        " --release-counts {input.release_counts}"
        " --out {output.csv}"
        " --settings {params.settings:q}"
        " --code {params.code}"
        " > {log} 2>&1"


rule measure_agreement:
    input:
        annotations=annotations(),
        reference_maps=REFERENCE_MAPS,
        metadata=METADATA,
        climate_zones="resources/climate_zones.csv",
        climate_raster=climate_raster(),
    output:
        csv=report(
            "figures/agreement.csv",
            caption="../report/agreement.rst",
            category="Checks",
            labels={"item": "Annotations answered again from the maps"},
        ),
        provenance="figures/agreement.provenance.json",
        disagreements=f"{RESULTS}/agreement/disagreements.csv",
        captions=f"{RESULTS}/agreement/captions.csv",
    log:
        f"{LOGS}/measure_agreement.log",
    benchmark:
        f"{TIMINGS}/measure_agreement.tsv"
    conda:
        "../envs/data.yaml"
    resources:
        mem_mb=8000,
        runtime=120,
    params:
        arguments=agreement_arguments(),
        settings=settings(
            "agreement.on_error",
            "captions",
            "reference_maps.maps_per_shard",
            *(f"questions.{key}" for key in content_settings()),
        ),
        code=code("measure_agreement"),
    message:
        "Answering annotations again from the maps"
    shell:
        "python workflow_scripts/measure_agreement.py"
        " {params.arguments}"
        " --reference-maps {input.reference_maps}"
        " --metadata {input.metadata}"
        " --climate-zones {input.climate_zones}"
        " --out {output.csv}"
        " --disagreements {output.disagreements}"
        " --captions {output.captions}"
        " --settings {params.settings:q}"
        " --code {params.code}"
        " > {log} 2>&1"


# Nothing of a run goes in: the result is the same in any.
rule check_paper:
    input:
        paper=PAPER_FILES,
        claims="resources/paper/claims.yaml",
        release_counts="resources/release_counts.csv",
        release_rows="resources/release_benchmark_rows.csv",
    output:
        csv=report(
            "figures/paper_consistency.csv",
            caption="../report/paper_consistency.rst",
            category="Checks",
            labels={"item": "The paper against itself"},
        ),
        page="figures/paper_consistency.md",
        provenance="figures/paper_consistency.provenance.json",
    log:
        f"{LOGS}/check_paper.log",
    benchmark:
        f"{TIMINGS}/check_paper.tsv"
    conda:
        "../envs/evaluation.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        settings=settings(),
        rows=TABLE_ROWS,
        code=code("check_paper"),
    message:
        "Checking the paper's numbers against each other"
    shell:
        "python workflow_scripts/check_paper.py"
        " --paper resources/paper"
        " --claims {input.claims}"
        " --release-counts {input.release_counts}"
        " --release-rows {input.release_rows}"
        " --rows {params.rows:q}"
        " --out {output.csv}"
        " --settings {params.settings:q}"
        " --code {params.code}"
        " > {log} 2>&1"


rule compare_with_paper:
    input:
        scores=scores(RUN_MODELS, TASKS),
        test_scores=test_scores(),
        paper=PAPER_FILES,
        release_counts="resources/release_counts.csv",
        release_rows="resources/release_benchmark_rows.csv",
    output:
        csv=report(
            "figures/reproduction.csv",
            caption="../report/reproduction.rst",
            category="Checks",
            labels={"item": "The paper's numbers and ours"},
        ),
        page="figures/reproduction.md",
        provenance="figures/reproduction.provenance.json",
    log:
        f"{LOGS}/compare_with_paper.log",
    benchmark:
        f"{TIMINGS}/compare_with_paper.tsv"
    conda:
        "../envs/evaluation.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        settings=settings("benchmark.absent"),
        rows=TABLE_ROWS,
        code=code("compare_with_paper"),
    message:
        "The paper's numbers and ours"
    shell:
        "python workflow_scripts/compare_with_paper.py"
        " --scores {input.scores}"
        " --test-scores {input.test_scores}"
        " --paper resources/paper"
        " --release-counts {input.release_counts}"
        " --release-rows {input.release_rows}"
        " --rows {params.rows:q}"
        " --out {output.csv}"
        " --settings {params.settings:q}"
        " --code {params.code}"
        " > {log} 2>&1"
