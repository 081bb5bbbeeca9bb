/**
 * `npm run bench:offline`: random histories of three phones and two members against the real
 * database, with everything that can go wrong on the way. It fails at the first one in which
 * something typed is lost, applied twice or shown differently. `-- 500` plays that many.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openDatabase } from '#lib/server/embedded/open-database.ts';
import { openLog } from '#lib/server/log.ts';
import { play } from '../support/history/play.ts';

const runs = Number(process.argv[2] ?? 10_000);
const root = resolve(import.meta.dirname, '../..');
const dataFolder = await mkdtemp(join(tmpdir(), 'cercle-histories-'));
const database = await openDatabase({ dataFolder, root, log: openLog(() => undefined) });
try {
	const began = performance.now();
	const { operations, duplicates, losses, late, stalls, crashes, conflicts, ...rest } = await play(
		database.ownerUrl,
		{ runs, worlds: 8 }
	);
	console.log(`histories                        ${rest.runs}`);
	console.log(`operations kept                  ${operations}`);
	console.log(`deliveries doubled / lost / late ${duplicates} / ${losses} / ${late}`);
	console.log(`answers stalled                  ${stalls}`);
	console.log(`crashes                          ${crashes}`);
	console.log(`refused / of them conflicts      ${rest.refused} / ${conflicts}`);
	console.log(`taken back by their member       ${rest.withdrawn}`);
	console.log('lost, doubled or different       0');
	console.log(
		`minutes                          ${((performance.now() - began) / 60_000).toFixed(1)}`
	);
	// A server that refuses everything would lose nothing either; one that never has to, not much.
	assert(rest.refused < operations / 3, 'too much is refused for this to mean anything');
	if (runs >= 500) assert(conflicts >= operations / 20, 'too few met another version');
} finally {
	await database.close();
	await rm(dataFolder, { recursive: true, force: true });
}
