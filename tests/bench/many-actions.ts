import type { CDPSession } from '@playwright/test';
import type { Sql } from 'postgres';

/**
 * Gives a member of the demo group so many open actions, due from three weeks ago to three months
 * ahead, without their history: no trigger runs.
 */
export async function addActions(sql: Sql, owner: string, count: number): Promise<void> {
	await sql.begin(async (transaction) => {
		await transaction`set local session_replication_role = replica`;
		await transaction`
			insert into actions (id, group_id, owner_id, title, due_on)
			select gen_random_uuid(), m.group_id, m.member_id,
				'Action ' || n || ', avec assez de mots pour tenir sur une ligne ou deux',
				current_date + (n % 112) - 21
			from memberships m, generate_series(1, ${count}::int) n
			where m.member_id = ${owner}
		`;
	});
}

/** Makes a page's processor so many times slower. */
export async function throttle(session: CDPSession, rate: number): Promise<void> {
	await session.send('Emulation.setCPUThrottlingRate', { rate });
}
