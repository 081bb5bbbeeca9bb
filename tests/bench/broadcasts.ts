import type { CercleProcess } from '../support/process.ts';
import { openFacilitator } from './facilitator.ts';
import type { Figure } from './figures.ts';
import { connectOwner } from '../support/owner.ts';
import { SESSION } from '../support/demo-room.ts';

/** What a facilitator does in two hours, in order: seven steps, some of them longer than planned. */
const EVENING: readonly { command: string; args?: Record<string, number | string> }[] = [
	{ command: 'start' },
	// The follow-up begins late, and runs over.
	...[go(1), add(1), add(1)],
	// The challenge: a late question, a pause.
	...[go(2), { command: 'pause' }, { command: 'resume' }, add(1)],
	// The discussion: one step too far and back again, the break, a shorter end.
	...[go(3), go(4), { command: 'undo' }, { command: 'pause' }, { command: 'resume' }, add(-1)],
	...[go(4), go(5), add(1), add(1), { command: 'pause' }, { command: 'resume' }, go(6)]
];

function go(position: number) {
	return { command: 'go', args: { position } };
}
function add(minutes: number) {
	return { command: 'add', args: { minutes } };
}

/** How many signals a whole session sends to each phone, from its start to its close. */
export async function broadcasts(cercle: CercleProcess): Promise<Figure[]> {
	const facilitator = await openFacilitator(cercle);
	for (const { command, args } of EVENING) await facilitator.send(command, args);
	await facilitator.close();
	const owner = await connectOwner(cercle.dataFolder);
	const rows = await owner<{ event: string; count: number }[]>`
		select event, count(*)::int as count from realtime.messages
		where topic like ${`room:${SESSION}:%`} and extension = 'broadcast'
		group by event order by event
	`;
	await owner.end({ timeout: 1 });
	console.log(`signals of one session, ${EVENING.length} commands and the close`);
	for (const { event, count } of rows) console.log(`  ${event.padEnd(16)}${count}`);
	return rows.map(({ event, count }) => ({ what: event, value: count, unit: 'signals' }));
}
