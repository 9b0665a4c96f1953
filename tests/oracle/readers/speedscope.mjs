// The profiles that speedscope makes of a Trace Event file, one JSON object a line.
//
// The package is a page for browsers. Its program is run here up to where it would draw, and its
// importer of Trace Event files is picked out by what it calls: hence the fixed version.
import { readFileSync, readdirSync } from 'node:fs';
import vm from 'node:vm';

const folder = process.env.MODULES + '/node_modules/speedscope/dist/release/';
const program = readFileSync(folder + readdirSync(folder).find((name) => /^speedscope-.*\.js$/.test(name)), 'utf8');
const [, importer] = program.match(/function (\w+)\(t\)\{return \w+\(t\)\?\w+\(t\):\w+\(t\)\?\w+\(t\.traceEvents\)/);
const modules = [...program.matchAll(/(\w+)=re\(\(\)=>\{/g)].map((found) => found[1]);

const anything = new Proxy(function () {}, {
	get: (_, key) => (key === Symbol.toPrimitive ? () => '' : anything),
	apply: () => anything,
	construct: () => anything,
});
Object.assign(globalThis, {
	window: globalThis, document: anything, localStorage: anything, matchMedia: anything,
	location: { hash: '', href: 'file:///', protocol: 'file:' },
	addEventListener() {}, requestAnimationFrame() {},
});
console.log = () => {};
vm.runInThisContext(program.slice(0, program.lastIndexOf('mo(C(')) +
	`${modules.map((name) => name + '()').join(';')};globalThis.importEvents = ${importer};})();`);

for (const profile of importEvents(JSON.parse(readFileSync(process.argv[2], 'utf8'))).profiles)
	process.stdout.write(JSON.stringify({
		name: profile.getName(), busy: profile.getTotalNonIdleWeight(),
	}) + '\n');
