import { votesNeeded } from '#lib/domain/group/breach.ts';

/** What members do while a vote about one of them is open; people are numbers. */
export type Act =
	| { kind: 'vote'; who: number; exclude: boolean }
	| { kind: 'leave'; who: number }
	| { kind: 'join'; who: number }
	| { kind: 'sign'; who: number }
	| { kind: 'charter'; who: number }
	| { kind: 'withdraw'; who: number };

/** The rule of a vote, as it is said to members: nothing of how the database keeps it. */
export class VoteModel {
	readonly accused: number;
	readonly raiser: number;
	readonly members: Set<number>;
	/** The last version each person signed, members or not. */
	readonly signed = new Map<number, number>();
	readonly votes = new Map<number, boolean>();
	readonly everJoined: Set<number>;
	/** Members since before it was raised. */
	readonly since: Set<number>;
	/** Before any session: the founder and those who signed first, four in all. */
	readonly electors: Set<number>;
	charter = 1;
	outcome: string | null = null;
	/** Entitled, and for, when it was settled. */
	counts: [number, number] | null = null;

	constructor(size: number, accused: number, raiser: number) {
		this.accused = accused;
		this.raiser = raiser;
		this.members = new Set(Array(size).keys());
		this.everJoined = new Set(this.members);
		this.since = new Set(this.members);
		this.electors = new Set([0, 1, 2, 3].filter((who) => who < size && who !== accused));
		for (const who of this.members) this.signed.set(who, 1);
	}

	/** Does what an act does; answers how the database is to refuse it, or null. */
	apply(act: Act): string | null {
		switch (act.kind) {
			case 'vote':
				if (!this.#mayAct(act.who)) return 'CR001';
				if (this.outcome !== null) return 'CR004';
				if (!this.electors.has(act.who)) return 'CR002';
				this.votes.set(act.who, act.exclude);
				this.#weigh();
				return null;
			case 'withdraw':
				if (!this.#mayAct(act.who)) return 'CR001';
				if (this.outcome !== null) return 'CR004';
				if (act.who !== this.raiser) return 'CR002';
				this.#settle('withdrawn');
				return null;
			case 'leave':
				if (!this.everJoined.has(act.who)) return 'CR001';
				if (this.members.delete(act.who)) this.#gone(act.who);
				return null;
			case 'join':
				if (this.members.size < 8) this.members.add(act.who);
				if (this.members.has(act.who)) this.everJoined.add(act.who);
				return null;
			case 'sign':
				if (!this.members.has(act.who)) return 'CR001';
				this.signed.set(act.who, this.charter);
				return null;
			case 'charter':
				if (!this.#reads(act.who)) return 'CR001';
				this.signed.set(act.who, ++this.charter);
				return null;
		}
	}

	#reads(who: number): boolean {
		return this.members.has(who) && this.signed.get(who) === this.charter;
	}

	#mayAct(who: number): boolean {
		return who !== this.accused && this.since.has(who) && this.#reads(who);
	}

	#gone(who: number): void {
		this.since.delete(who);
		this.electors.delete(who);
		if (this.outcome !== null) return;
		if (who === this.accused) return this.#settle('left');
		this.votes.delete(who);
		this.#weigh();
	}

	#count(exclude: boolean): number {
		return [...this.electors].filter((who) => this.votes.get(who) === exclude).length;
	}

	#weigh(): void {
		const needed = votesNeeded(this.electors.size);
		if (this.#count(true) >= needed) this.#settle('excluded');
		else if (this.electors.size - this.#count(false) < needed) this.#settle('dismissed');
	}

	#settle(outcome: string): void {
		this.counts = [this.electors.size, this.#count(true)];
		this.outcome = outcome;
		this.votes.clear();
		if (outcome === 'excluded') this.members.delete(this.accused);
	}
}
