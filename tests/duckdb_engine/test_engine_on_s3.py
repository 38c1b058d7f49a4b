"""The engine over a lake in a bucket, with Glue's catalog."""

from pathlib import Path

from support.aws import Aws
from support.lakes import DAY, LakeBuilder, a_state

from duckdb_engine.engine import Engine
from flightlake.layout import table_prefix
from flightlake.schema.tables.states import STATES
from flightlake.storage.open_lake import open_lake


def test_a_bucket_answers_as_a_folder_does(aws: Aws, tmp_path: Path) -> None:
    local = LakeBuilder(tmp_path / "lake")
    folder = local.publish("states", [a_state(), a_state(icao24="aaaaaa", baro_altitude_m=3_048.0)])
    lake = open_lake(aws.make_lake_place(), create=True)
    for entry in local.lake.store.list(folder):
        lake.store.put_if_absent(entry.key, local.lake.store.get(entry.key))
    lake.catalog.create_table(STATES, table_prefix("states"))
    lake.catalog.move_pointer(STATES, DAY, folder)
    sql = "select icao24, baro_altitude, day from flight_data_processed order by icao24"
    with Engine(lake, cache_root=tmp_path / "cache") as engine:
        assert engine.query(sql).rows == [("3c6444", 35_000.0, "08"), ("aaaaaa", 10_000.0, "08")]
