import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import type { Order, Report } from './crowd-process.ts';
import type { Seat } from './rooms.ts';

/** Many phones in a few processes. */
export class Crowd {
	readonly #processes: ChildProcess[];

	constructor(processes: number) {
		const file = `${import.meta.dirname}/crowd-process.ts`;
		this.#processes = Array.from({ length: processes }, () =>
			fork(file, { serialization: 'advanced' })
		);
	}

	async open(address: string, seats: readonly Seat[]): Promise<void> {
		const share = Math.ceil(seats.length / this.#processes.length);
		await this.#ask((index) => ({
			...{ kind: 'open', address },
			seats: seats.slice(index * share, (index + 1) * share)
		}));
	}

	async reset(): Promise<void> {
		await this.#ask(() => ({ kind: 'reset' }));
	}

	async report(): Promise<Report> {
		const reports = await this.#ask(() => ({ kind: 'report' }));
		const sum = (of: (report: Report) => number) =>
			reports.reduce((total, report) => total + of(report), 0);
		return {
			phones: sum(({ phones }) => phones),
			joined: sum(({ joined }) => joined),
			tracked: sum(({ tracked }) => tracked),
			failures: sum(({ failures }) => failures),
			lastJoin: Math.max(...reports.map(({ lastJoin }) => lastJoin)),
			heard: reports.flatMap(({ heard }) => heard),
			latencies: reports.flatMap(({ latencies }) => latencies)
		};
	}

	/** Waits until `done` says so of the report, for `seconds` at most; answers the last report. */
	async until(done: (report: Report) => boolean, seconds: number): Promise<Report> {
		const end = performance.now() + seconds * 1_000;
		for (;;) {
			const report = await this.report();
			if (done(report) || performance.now() > end) return report;
			await wait(200);
		}
	}

	async close(): Promise<void> {
		for (const child of this.#processes) {
			const gone = once(child, 'exit');
			child.disconnect();
			await gone;
		}
	}

	#ask(order: (index: number) => Order): Promise<Report[]> {
		return Promise.all(
			this.#processes.map(async (child, index) => {
				const answer = once(child, 'message');
				child.send(order(index));
				const [report] = await answer;
				return report as Report;
			})
		);
	}
}
