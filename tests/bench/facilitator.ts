import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { DEMO_MEMBERS } from '#lib/server/demo.ts';
import { openKeys } from '#lib/server/embedded/keys.ts';
import type { CercleProcess } from '../support/process.ts';
import { openAuthSession } from '../support/auth-session.ts';
import { SESSION } from '../support/demo-room.ts';
import { asOwner } from '../support/owner.ts';

/** Drives the demo session over HTTP, as its facilitator's phone would. */
export interface Facilitator {
	send(command: string, args?: Record<string, number | string>): Promise<void>;
	/** Closes the session; the next one is in four weeks. */
	close(): Promise<void>;
}

export async function openFacilitator(cercle: CercleProcess): Promise<Facilitator> {
	const call = await caller(cercle);
	const { state } = await call('room_snapshot', { session_id: SESSION });
	let { version } = state;
	const next = {
		...{ id: randomUUID(), group_id: '00000001-0000-4000-8000-000000000001' },
		...{ starts_at: new Date(Date.now() + 30 * 86_400_000).toISOString() },
		...{ time_zone: 'Europe/Paris', place: '', format: 'mastermind', length_minutes: 120 },
		...{ facilitator_id: null, scribe_id: null, host_id: null, presenters: [] },
		segments: [
			{
				...{ kind: 'discussion', label: { fr: 'Discussion', en: 'Discussion' } },
				...{ minutes: 120, least: 60, speakers: 'everyone', rule: 'free', person_id: null }
			}
		]
	};
	return {
		async send(command, args = {}) {
			const answer = await call('room_command', {
				...{ session_id: SESSION, command, args },
				...{ expected_version: version, command_id: randomUUID() }
			});
			version = answer.version;
		},
		async close() {
			const ids = { session_id: SESSION, expected_version: version, command_id: randomUUID() };
			await call('close_session', { ...ids, next });
		}
	};
}

/** Calls database functions over HTTP as the facilitator of the demo session. */
async function caller({ url, dataFolder }: CercleProcess) {
	const { jwtSecret, publishableKey } = await openKeys(dataFolder);
	const facilitator = DEMO_MEMBERS[0]?.id ?? '';
	const session_id = await asOwner(dataFolder, (sql) => openAuthSession(sql, facilitator));
	const token = await new SignJWT({ role: 'authenticated', session_id })
		.setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
		.setSubject(facilitator)
		.setAudience('authenticated')
		.setIssuedAt()
		.setExpirationTime('1h')
		.sign(new TextEncoder().encode(jwtSecret));
	return async (name: string, args: Record<string, unknown>) => {
		const response = await fetch(`${url}/rest/v1/rpc/${name}`, {
			method: 'POST',
			headers: {
				apikey: publishableKey,
				authorization: `Bearer ${token}`,
				'content-type': 'application/json'
			},
			body: JSON.stringify(args)
		});
		if (!response.ok) throw new Error(`${name}: ${await response.text()}`);
		return response.json();
	};
}
