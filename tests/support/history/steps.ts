import * as fc from 'fast-check';
import type { Scope } from '#lib/offline/scope.ts';

const where = {
	phone: fc.constantFrom(0, 0, 1, 2),
	tab: fc.constantFrom<(0 | 1)[]>(0, 0, 0, 1)
};
const pick = fc.nat({ max: 9 });
const fate = fc.constantFrom(
	...(['fine', 'fine', 'lost', 'answer lost', 'twice', 'late', 'stalled'] as const)
);
/** What a phone asks for: everything, what a signal named, or what its own writing changed. */
const scope = fc.constantFrom<Scope[]>(
	...(['all', 'all', [], ['actions', 'action_events'], ['goals', 'challenges']] as Scope[])
);
const act = fc.constantFrom(
	...(['add action', 'add action', 'edit action', 'tick', 'tell', 'reorder'] as const),
	...(['remove action', 'add goal', 'edit goal', 'remove goal'] as const),
	...(['write challenge', 'write challenge', 'write notes', 'write notes'] as const)
);

const write = fc.record({ what: fc.constant('write' as const), ...where, act, pick });
const sync = fc.record({
	...{ what: fc.constant('sync' as const), ...where, awaited: fc.boolean(), scope },
	fates: fc.array(fate, { maxLength: 4 })
});

/** Both phones of one member have the same before them, and change it. */
const clash = fc.record({
	what: fc.constant('clash' as const),
	...where,
	act: fc.constantFrom('edit action', 'edit goal', 'write challenge', 'write notes' as const),
	pick
});

/** One thing that happens on one of the phones, or to what is on its way. */
export const step = fc.oneof(
	{ arbitrary: write, weight: 8 },
	{ arbitrary: sync, weight: 5 },
	{ arbitrary: clash, weight: 2 },
	fc.record({ what: fc.constant('crash' as const), ...where, after: fc.nat({ max: 5 }) }),
	fc.record({ what: fc.constant('withdraw' as const), ...where, pick }),
	{ arbitrary: fc.record({ what: fc.constant('retry' as const), ...where, pick }), weight: 2 },
	fc.record({ what: fc.constant('arrive' as const), ...where }),
	fc.record({ what: fc.constant('clock' as const), ...where, by: fc.constantFrom(-4e10, 9e10) })
);
export type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

export const steps = fc.array(step, { minLength: 8, maxLength: 24, size: 'max' });
