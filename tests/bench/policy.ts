import type { Sql } from 'postgres';
import { DEMO_MEMBERS } from '#lib/server/demo.ts';
import { openAuthSession } from '../support/auth-session.ts';
import { connectOwner } from '../support/owner.ts';
import type { CercleProcess } from '../support/process.ts';
import { type Figure, ms, quantile, times } from './figures.ts';

const GROUP = '00000001-0000-4000-8000-000000000001';
const ROWS = 100_000;
const RUNS = 15;

/** What row-level security costs a list: the same query as the owner and as a member. */
export async function policy(cercle: CercleProcess): Promise<Figure[]> {
	const owner = await connectOwner(cercle.dataFolder);
	try {
		const member = DEMO_MEMBERS[0]?.id ?? '';
		const session_id = await openAuthSession(owner, member);
		const claims = JSON.stringify({ sub: member, role: 'authenticated', session_id });
		await fill(owner, member);
		console.log(`lists under row-level security, ${2 * ROWS} actions in the table`);
		const [small] = await owner`select id from groups where name = 'Group 7'`;
		return [
			await compare(owner, claims, `all ${ROWS} of one group`, GROUP),
			await compare(owner, claims, 'the 100 of one group', String(small?.id))
		];
	} finally {
		await owner.end({ timeout: 1 });
	}
}

/** As many actions in the member's group as in a thousand others, of which they belong to one. */
async function fill(owner: Sql, member: string): Promise<void> {
	await owner.begin(async (sql) => {
		await sql`set local session_replication_role = replica`;
		await sql`insert into groups (id, name)
			select gen_random_uuid(), 'Group ' || n from generate_series(1, 1000) n`;
		await sql`insert into actions (id, group_id, owner_id, title, due_on)
			select gen_random_uuid(), ${GROUP}, ${member}, 'Call them ' || n, '2030-01-08'::date + n % 300
			from generate_series(1, ${ROWS}::int) n`;
		await sql`insert into actions (id, group_id, owner_id, title, due_on)
			select gen_random_uuid(), g.id, ${member}, 'Call them ' || n, '2030-01-08'::date + n
			from groups g, generate_series(1, ${ROWS / 1000}::int) n where g.name like 'Group %'`;
		await sql`insert into memberships (group_id, member_id)
			select id, ${member} from groups where name = 'Group 7'`;
		await sql`insert into charters (group_id, version, body)
			select id, 1, 'What is said here stays.' from groups where name = 'Group 7'`;
		await sql`insert into signatures (group_id, charter_id, member_id)
			select group_id, id, ${member} from charters c
			where c.group_id in (select id from groups where name = 'Group 7')`;
	});
	await owner`analyze`;
}

/** In turns, so that what else the machine does falls on both. */
async function compare(owner: Sql, claims: string, what: string, group: string): Promise<Figure> {
	const took = { owner: [] as number[], member: [] as number[] };
	for (let run = 0; run < RUNS; run++) {
		for (const who of ['owner', 'member'] as const) {
			took[who].push(
				await owner.begin(async (sql) => {
					await sql`select set_config('request.jwt.claims', ${claims}, true)`;
					if (who === 'member') await sql`set local role authenticated`;
					const began = performance.now();
					await sql`select * from actions where group_id = ${group} order by due_on, id`;
					return performance.now() - began;
				})
			);
		}
	}
	const [bare, guarded] = [quantile(took.owner, 0.5), quantile(took.member, 0.5)];
	console.log(
		`  ${what.padEnd(30)} owner ${ms(bare)}, member ${ms(guarded)}: ${times(guarded, bare)}`
	);
	return { what: `${what}, as a member`, value: guarded, unit: 'ms' };
}
