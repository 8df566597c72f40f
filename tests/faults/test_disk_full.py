"""The disk is full in the middle of a run: that ends by name, the live model serves, and all goes on with room."""

from __future__ import annotations

from pathlib import Path

from tests.clone import Clone
from tests.full_disk import no_room

QUERY = "/predict?duration=0&src_bytes=54540&dst_bytes=8314"


def test_run_that_finds_no_room_says_where_and_what_to_do_and_the_next_one_is_promoted(
    clone: Clone, few_rows: Path
) -> None:
    up = clone.up("--data", str(few_rows)).serving()
    run = up.call("POST", "/retrain", {"force": True}).body["run"]

    with no_room(up.server_pid):
        ended = up.ended(run)
        refused = up.call("POST", "/retrain", {"force": True})
        answer = up.call("GET", QUERY)
    again = up.retrain(force=True)
    verified = clone.nightswap("verify")
    with no_room(up.server_pid):
        stopped = clone.nightswap("local", "down")
    code = up.process.wait(timeout=30)

    assert (ended["outcome"], ended["error"]) == ("RetrainFailed", "DiskFull"), ended
    assert f"no room is left in {clone.folder / '.nightswap'}: make some" in ended["reason"]
    assert refused.body["Code"] == "DiskFull"
    assert (answer.status, answer.body["label"]) == (200, "attack")
    assert again["outcome"] == "Promoted", again
    assert verified.returncode == 0, verified.stdout
    assert (stopped.returncode, stopped.stderr, code) == (0, "", 0)
