import type { Operation } from '#lib/offline/outbox.ts';

/** A change as the outbox keeps it; what its `args` hold is read where it is needed. */
export type Change = Pick<Operation, 'kind' | 'args'>;

/** One that the server did not take, with what its writer saw of the fields they changed. */
export type Refused = Change & Pick<Operation, 'base' | 'sequence' | 'refusal'>;
