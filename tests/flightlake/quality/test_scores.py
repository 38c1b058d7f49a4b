from flightlake.quality.rules import Rule
from flightlake.quality.scores import RuleCount, overall_score, scores

RULES = (
    Rule("a", "validity", "reject", "false", "m"),
    Rule("b", "validity", "warn", "false", "m"),
    Rule("c", "accuracy", "warn", "false", "m"),
    Rule("d", "timeliness", "warn", "false", "m"),
)


def test_a_score_is_the_share_that_passed_then_the_mean_of_rules_then_of_dimensions() -> None:
    counts = {"a": RuleCount(200, 1), "b": RuleCount(10, 5), "c": RuleCount(4, 1)}
    found = {(score.dimension, score.rule): score for score in scores(counts, RULES)}
    assert found["validity", "a"].score == 99.5
    assert found["validity", "b"].score == 50
    assert found["validity", None].score == 74.75
    assert (found["validity", None].checked_count, found["validity", None].failed_count) == (210, 6)
    assert found["accuracy", None].score == 75
    assert found[None, None].score == 74.875
    assert (found[None, None].checked_count, found[None, None].failed_count) == (214, 7)


def test_what_was_never_checked_has_no_score_and_weighs_nothing() -> None:
    found = {(score.dimension, score.rule): score for score in scores({"a": RuleCount(10, 0)}, RULES)}
    assert found["timeliness", "d"].score is None
    assert found["timeliness", None].score is None
    assert found[None, None].score == 100


def test_nothing_checked_is_neither_good_nor_bad() -> None:
    assert overall_score(scores({}, RULES)) is None


def test_there_is_a_row_for_each_rule_each_dimension_and_the_whole() -> None:
    found = [(score.dimension, score.rule, score.severity) for score in scores({}, RULES)]
    assert found == [
        ("validity", "a", "reject"),
        ("validity", "b", "warn"),
        ("accuracy", "c", "warn"),
        ("timeliness", "d", "warn"),
        ("completeness", None, None),
        ("accuracy", None, None),
        ("consistency", None, None),
        ("timeliness", None, None),
        ("validity", None, None),
        (None, None, None),
    ]
