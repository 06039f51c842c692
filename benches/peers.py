"""Copies rows of customer_interactions with sling or dlt and prints the seconds: peers.py MODULE ROWS SOURCE TARGET."""
import os
import sys
import time

os.environ.update(DO_NOT_TRACK="1", SLING_DISABLE_TELEMETRY="TRUE", RUNTIME__DLTHUB_TELEMETRY="false")
module, rows, source, target = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
query = f"select id, customer_id, type::text, direction::text, outcome::text, created_by, started_at, duration_sec, created_at, updated_at from customer_interactions limit {rows}"

if module == "sling":
    try:
        # The program that sling would otherwise load from its own site; this one comes from the package index.
        import sling_linux_amd64

        os.chmod(sling_linux_amd64.SLING_BIN, 0o755)
        os.environ["SLING_BINARY"] = sling_linux_amd64.SLING_BIN
    except ImportError:
        pass
    from sling import Sling

    os.environ.update(OPERATIONAL=source + "?sslmode=disable", RAW=target + "?sslmode=disable")
    began = time.time()
    Sling(src_conn="OPERATIONAL", src_stream=query, tgt_conn="RAW", tgt_object="public.sling_rows", mode="full-refresh").run()
else:
    import dlt
    import sqlalchemy
    from dlt.sources.sql_database import sql_table

    source = source.replace("postgres://", "postgresql+psycopg2://")
    with sqlalchemy.create_engine(source).begin() as connection:
        connection.execute(sqlalchemy.text(f"create table if not exists peer_rows as {query}"))
    began = time.time()
    pipeline = dlt.pipeline("peer", destination=dlt.destinations.postgres(target.replace("postgres://", "postgresql://")), dataset_name="peer")
    pipeline.run(sql_table(credentials=source, table="peer_rows", backend="connectorx" if len(sys.argv) > 5 else "sqlalchemy", chunk_size=50000), write_disposition="replace")
print(time.time() - began)
