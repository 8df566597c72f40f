"""Which deployments remove a live model, and which refuse: from a clone without its recipe, as on a wrong branch."""

from __future__ import annotations

import shutil

from chalicelib import names
from tests.deploy.conftest import BUCKET, STAGE, Account, UserClone

LIVE = "kdd99-http"
OTHER = "spare"


def with_another_recipe(clone: UserClone) -> None:
    """A second model, of the same columns, which the stage's default can be."""
    folder = clone.folder / "lambdas" / "recipes"
    text = (folder / "kdd99_http.py").read_text()
    (folder / f"{OTHER}.py").write_text(text.replace(f'model="{LIVE}"', f'model="{OTHER}"'))
    config = clone.folder / ".chalice" / "config.json"
    config.write_text(
        config.read_text().replace(f'"NIGHTSWAP_DEFAULT_MODEL": "{LIVE}"', f'"NIGHTSWAP_DEFAULT_MODEL": "{OTHER}"')
    )


def test_model_goes_off_the_air_only_when_it_is_named_and_its_registry_stays(
    account: Account, clone: UserClone
) -> None:
    clone.deploys()
    clone.retrains()
    with_another_recipe(clone)
    recipe = clone.folder / "lambdas" / "recipes" / "kdd99_http.py"
    kept = shutil.copy(recipe, clone.folder / "kept.py")
    recipe.unlink()
    function = names.serving_function(STAGE, LIVE)

    refused = clone.fails("deploy")

    assert f"{LIVE} (live with function version 1" in refused
    assert f"nightswap deploy --stage {STAGE} --remove-model {LIVE}" in refused
    assert "1" in clone.does("versions", LIVE)
    assert function in account.functions()
    assert f"--remove-model {LIVE}" in clone.does("plan")

    said = clone.does("deploy", "--remove-model", LIVE)

    assert said.count(f"{LIVE} is removed: the deployment leaves its registry") == 1
    assert function not in account.functions()
    assert names.serving_function(STAGE, OTHER) in account.functions()
    listed = account.client("s3").list_objects_v2(Bucket=BUCKET, Prefix=f"models/{LIVE}/versions/")
    assert listed["KeyCount"] > 0
    clone.deploys()  # a model that is gone hinders nobody

    shutil.copy(kept, recipe)
    clone.deploys()
    clone.does("restore", LIVE)
    assert "live" in clone.does("versions", LIVE)

    assert "lambdas/recipes/kdd99_http.py away" in clone.fails("model", "remove", LIVE, "--yes")
    recipe.unlink()
    clone.does("model", "remove", LIVE, "--yes")
    assert function not in account.functions()
    assert stored(account) != []
    clone.does("model", "remove", LIVE, "--data", "--yes")
    assert stored(account) == []
    assert f"has no model {LIVE}: deployed are {OTHER}; with --data" in clone.fails("model", "remove", LIVE, "--yes")


def stored(account: Account) -> list[str]:
    """The keys with the model's name."""
    listed = account.client("s3").list_object_versions(Bucket=BUCKET)
    every = [*listed.get("Versions", []), *listed.get("DeleteMarkers", [])]
    return sorted(each["Key"] for each in every if LIVE in each["Key"])
