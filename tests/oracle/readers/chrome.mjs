// The calls of a Trace Event file as tracerbench's model has them, one JSON object a line.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { buildModel } = createRequire(process.env.MODULES + '/')('@tracerbench/trace-model');
const model = buildModel(JSON.parse(readFileSync(process.argv[2], 'utf8')).traceEvents);

for (const process of model.processes)
	for (const thread of process.threads)
		for (const event of thread.events)
			if (event.isComplete())
				console.log(JSON.stringify({
					comm: thread.name, pid: process.id, tid: thread.id, name: event.name,
					start: event.start, duration: event.duration, args: event.args,
					nested: event.parent !== undefined,
				}));
