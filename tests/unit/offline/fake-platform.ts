import { browser, type Platform, type Wake } from '#lib/offline/platform.ts';

/** Time, dice and network in the hands of the test; locks and ids of the real browser. */
export class FakePlatform implements Platform {
	wallClock = 1_000_000;
	dice = 0;
	network = true;
	shown = true;
	readonly timers: { at: number; task: () => void }[] = [];
	readonly #watchers = new Set<(wake: Wake) => void>();
	readonly #real = browser();
	#elapsed = 0;

	now = () => this.wallClock;
	random = () => this.dice;
	online = () => this.network;
	visible = () => this.shown;
	exclusive = this.#real.exclusive;
	uuid = this.#real.uuid;

	after(delay: number, task: () => void): () => void {
		const timer = { at: this.#elapsed + delay, task };
		this.timers.push(timer);
		return () => {
			const index = this.timers.indexOf(timer);
			if (index >= 0) this.timers.splice(index, 1);
		};
	}

	idle(task: () => void): () => void {
		task();
		return () => {};
	}

	watch(task: (wake: Wake) => void): () => void {
		this.#watchers.add(task);
		return () => this.#watchers.delete(task);
	}

	wake(wake: Wake): void {
		for (const task of this.#watchers) task(wake);
	}

	/** Milliseconds until each timer, the soonest first. */
	get waits(): number[] {
		return this.timers.map(({ at }) => at - this.#elapsed).sort((a, b) => a - b);
	}

	advance(duration: number): void {
		this.#elapsed += duration;
		this.wallClock += duration;
		for (const timer of this.timers.filter(({ at }) => at <= this.#elapsed)) {
			this.timers.splice(this.timers.indexOf(timer), 1);
			timer.task();
		}
	}
}
