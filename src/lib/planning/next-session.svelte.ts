import type { Row } from '#lib/data/rows.ts';
import type { Plan } from '#lib/data/sessions.ts';
import type { View } from '#lib/data/view.ts';
import { type Instant, parseInstant } from '#lib/domain/time.ts';
import { momentOf, wallTime } from '#lib/domain/wall-time.ts';
import { nextPlan } from './next-plan.ts';

/** The next session as the closing sheet proposes it, and as the person changes it. */
export class ClosingDraft {
	readonly #session: Row<'sessions'>;
	readonly #proposed: Plan;
	wall = $state({ date: '', time: '' });
	place = $state('');
	facilitator = $state('');
	presenter = $state('');
	scribe = $state('');
	host = $state('');

	/** `id` is the next session's: the same one on every attempt. */
	constructor(view: View, session: Row<'sessions'>, id: string) {
		this.#session = session;
		this.#proposed = nextPlan(view, session, { id });
		this.wall = wallTime(this.#proposed.startsAt, session.timeZone);
		this.place = session.place;
		this.facilitator = this.#proposed.facilitator ?? '';
		this.presenter = this.#proposed.presenters[0] ?? '';
		this.scribe = this.#proposed.scribe ?? '';
		this.host = this.#proposed.host ?? '';
	}

	/** Null while date and time name no moment. */
	get startsAt(): Instant | null {
		return parseInstant(momentOf(this.wall, this.#session.timeZone) ?? '');
	}

	/** Whether the person changed anything: then it is theirs, and no new proposal replaces it. */
	get touched(): boolean {
		const { facilitator, presenters, scribe, host, startsAt } = this.#proposed;
		return (
			this.startsAt !== startsAt ||
			this.place !== this.#session.place ||
			this.facilitator !== (facilitator ?? '') ||
			this.presenter !== (presenters[0] ?? '') ||
			this.scribe !== (scribe ?? '') ||
			this.host !== (host ?? '')
		);
	}

	/** The plan to send. */
	plan(view: View): Plan {
		return nextPlan(view, this.#session, {
			id: this.#proposed.id,
			startsAt: this.startsAt ?? this.#proposed.startsAt,
			place: this.place,
			facilitator: this.facilitator || null,
			presenters: this.presenter ? [this.presenter] : [],
			scribe: this.scribe || null,
			host: this.host || null
		});
	}
}
