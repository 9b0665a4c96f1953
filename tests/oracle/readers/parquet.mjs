// The rows of a Parquet file as hyparquet reads them, one JSON object a line; first its facts.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const { resolve } = createRequire(process.env.MODULES + '/');
const load = (name) => import(pathToFileURL(resolve(name)));
const { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } = await load('hyparquet');
const { compressors } = await load('hyparquet-compressors');

const plain = (key, value) => (typeof value === 'bigint' ? Number(value) : value);
const file = await asyncBufferFromFile(process.argv[2]);
const metadata = await parquetMetadataAsync(file);

console.log(JSON.stringify({ facts: metadata.key_value_metadata, groups: metadata.row_groups.length }, plain));
for (const row of await parquetReadObjects({ file, compressors }))
	console.log(JSON.stringify(row, plain));
