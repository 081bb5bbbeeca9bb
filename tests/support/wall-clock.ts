/** Runs in the page: a wall clock that is wrong by `skew` ms, while the steady clock is right. */
export function setWallClock(skew: number): void {
	const Right = Date;
	class Wrong extends Right {
		constructor(...args: unknown[]) {
			if (args.length === 0) super(Right.now() + skew);
			else super(...(args as [number]));
		}
		static override now(): number {
			return Right.now() + skew;
		}
	}
	globalThis.Date = Wrong as DateConstructor;
}
