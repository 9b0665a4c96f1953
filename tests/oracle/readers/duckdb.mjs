// What DuckDB makes of a Parquet file: sums by name, and what the bounds of row groups let it find.
import { createRequire } from 'node:module';

const { DuckDBInstance } = createRequire(process.env.MODULES + '/')('@duckdb/node-api');
const connection = await (await DuckDBInstance.create()).connect();
const file = process.argv[2].replaceAll("'", "''");
const ask = async (sql) => (await connection.runAndReadAll(sql)).getRowsJson();

for (const row of await ask(`SELECT name, count(*), count(errno), sum(duration_ns) FROM '${file}'
		WHERE kind = 'call' AND result IS NOT NULL GROUP BY name`))
	console.log(JSON.stringify(row));
const [[last]] = await ask(`SELECT max(timestamp_ns) FROM '${file}'`);
console.log(JSON.stringify(await ask(`SELECT kind FROM '${file}' WHERE timestamp_ns = ${last}`)));
