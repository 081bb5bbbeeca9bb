import type { Instant } from '#lib/domain/time.ts';

/** What rotates from session to session. */
export const roles = ['facilitator', 'presenter', 'scribe', 'host'] as const;
export type Role = (typeof roles)[number];

/** A present member of the group; who left is not in the list any more. */
export type Member = { id: string; joinedAt: Instant };

/** A role held once. Only turns that took place count, not those that were planned or skipped. */
export type Turn = { memberId: string; role: Role; sessionId: string; at: Instant };
