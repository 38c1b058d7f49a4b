"""Tables that are drawn without rich."""

from cli.plain_table import draw_table


def test_wide_letters_and_cells_of_several_lines_keep_the_columns_straight() -> None:
    assert draw_table(["name", "n"], [["日本", "1"], ["a\nbc", "22"]], {1}) == [
        "┏━━━━━━┳━━━━┓",
        "┃ name ┃  n ┃",
        "┡━━━━━━╇━━━━┩",
        "│ 日本 │  1 │",
        "│ a    │ 22 │",
        "│ bc   │    │",
        "└──────┴────┘",
    ]


def test_a_table_without_rows_has_its_head() -> None:
    assert draw_table(["n"], [], ()) == ["┏━━━┓", "┃ n ┃", "┡━━━┩", "└───┘"]
