import fc from 'fast-check';
import { beforeAll, test } from 'vitest';
import { connected } from '../../support/server.ts';
import { foundGroup, joinGroup } from '../people.ts';
import { type Act, type Cast, type Reach, type Press, Trial } from './room-trial.ts';

/** Sequences of one run: raise it to look harder. Each takes about 0.15 s. */
const RUNS = 30;

const cercle = connected();
let cast: Cast;

beforeAll(async () => {
	const ada = await cercle.signIn('Ada');
	const group = await foundGroup(ada);
	const bob = await joinGroup(cercle, group, 'Bob');
	const carol = await joinGroup(cercle, group, 'Carol');
	const eve = await cercle.signIn('Eve');
	cast = {
		...{ owner: cercle.owner, group },
		...{ members: [ada, bob, carol], devices: [ada, ada, bob, carol, eve] }
	};
});

const often = <T>(weight: number, arbitrary: fc.Arbitrary<T>) => ({ weight, arbitrary });
const words = (...names: string[]) => fc.constantFrom(...names).map((name): Press => ({ name }));

const press = fc.oneof(
	often(5, words('pause', 'resume')),
	often(4, words('undo')),
	often(1, words('start', 'close', 'dance')),
	often(
		2,
		fc.integer({ min: -61, max: 61 }).map((minutes): Press => ({ name: 'add', args: { minutes } }))
	),
	often(
		5,
		fc.integer({ min: -1, max: 4 }).map((position): Press => ({ name: 'go', args: { position } }))
	),
	often(
		6,
		fc
			.array(fc.option(fc.constantFrom(0, 0, 10, 40, 2, 181)), { minLength: 1, maxLength: 4 })
			.map((tail): Press => ({ name: 'plan', tail }))
	),
	// One step too many.
	often(1, fc.constant<Press>({ name: 'plan', tail: [1, 1, 1, 1, 1] })),
	often(
		2,
		fc.nat(4).map((heir): Press => ({ name: 'hand_over', heir }))
	)
);
const any = fc.nat(4);
/** Mostly a device of the facilitator, otherwise any. */
const device = fc.oneof(often(2, fc.constant(null)), often(1, any));
const pressed = fc.oneof(
	often(9, fc.record({ device, press })),
	often(1, fc.record({ device: any, press: words('take_over') }))
);
const start: Act = {
	...{ kind: 'press', reach: 'all' },
	pressed: { device: null, press: { name: 'start' } }
};
const reach = fc.constantFrom<Reach>('all', 'all', 'all', 'sender', 'others', 'none');

const kind = <K extends Act['kind']>(kind: K) => fc.constant(kind);
const act: fc.Arbitrary<Act> = fc.oneof(
	often(8, fc.record({ kind: kind('press'), pressed, reach })),
	often(1, fc.record({ kind: kind('hold'), pressed })),
	often(2, fc.record({ kind: kind('again'), which: fc.nat(99) })),
	often(2, fc.record({ kind: kind('race'), one: pressed, other: fc.option(pressed) })),
	often(2, fc.record({ kind: kind('look'), device: any })),
	// However often, never just 10 or 30 seconds.
	often(2, fc.record({ kind: kind('wait'), seconds: fc.constantFrom(4, 12, 32, 32, 7300) }))
);

test('does what the model says, whoever presses what, whenever it arrives, however often', async () => {
	const sequence = fc.array(act, { minLength: 1, maxLength: 25, size: 'max' });
	const started = fc.oneof(often(4, fc.constant(true)), often(1, fc.constant(false)));
	await fc.assert(
		fc.asyncProperty(started, sequence, async (started, acts) => {
			const trial = await Trial.open(cast);
			if (started) await trial.run(start);
			for (const act of acts) await trial.run(act);
			await trial.end();
		}),
		{ numRuns: RUNS }
	);
});
