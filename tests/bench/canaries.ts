/**
 * `npm run bench:canaries`: ten thousand guesses for words that are not theirs, of members of another
 * group and of members who came later or came back: every function and kind of operation with every
 * row, and in SQL, as the database would let them, every table, lists, joins, counts and writes, then
 * replays and live topics, with delays, while a member reads the group. It fails at the first word
 * that comes back, and where anything of others was loosened, changed or lost. `-- 500 7` makes that
 * many, with that seed.
 */
import { playFuzz } from '../support/fuzz/play.ts';
import { connect, openServer } from '../support/server.ts';

const calls = Number(process.argv[2] ?? 10_000);
const seed = Number(process.argv[3] ?? Math.floor(Math.random() * 1_000_000));
const server = await openServer();
const cercle = connect(server);
try {
	const began = performance.now();
	const played = await playFuzz(cercle, { calls, seed, delay: 20 });
	console.log(`calls of others                  ${played.calls} (seed ${seed})`);
	console.log(`answered / refused               ${played.answered} / ${played.refused}`);
	console.log(`live topics tried                ${played.joins}`);
	console.log(`reads by a member meanwhile      ${played.inside}`);
	console.log('words or ids that came back      0');
	console.log('protections of others that fell  0');
	const logged = server.log.join('').includes('canary') ? 'found' : 'none';
	console.log(`words in the log                 ${logged}`);
	console.log(
		`minutes                          ${((performance.now() - began) / 60_000).toFixed(1)}`
	);
	if (logged === 'found') process.exitCode = 1;
} finally {
	await cercle.close();
	await server.close();
}
