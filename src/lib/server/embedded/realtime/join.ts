import { z } from 'zod';
import type { Replay } from './messages.ts';
import { Refusal } from './refusal.ts';

/** As upstream: no client hears more than this again. */
const LONGEST_REPLAY = 25;

const flagShape = z.boolean().nullish();
const payloadShape = z.object({
	access_token: z.string().nullish(),
	config: z
		.object({
			private: flagShape,
			broadcast: z
				.object({
					ack: flagShape,
					self: flagShape,
					replay: z
						.object({
							since: z.number().int().min(0).max(8.64e15),
							limit: z.number().int().optional()
						})
						.nullish()
				})
				.nullish(),
			presence: z.object({ key: z.string().max(255).nullish(), enabled: flagShape }).nullish(),
			postgres_changes: z.array(z.looseObject({})).max(100).nullish()
		})
		.nullish()
});

/** What a client asks for when it joins a topic. */
export interface Join {
	/** Null or `sb_…`: speak with the socket's API key. */
	token: string | null;
	private: boolean;
	ack: boolean;
	self: boolean;
	replay: Replay | null;
	/** Empty: one is made up. */
	presenceKey: string;
	presenceEnabled: boolean;
	/** Answered with an id each, and never served: see realtime.sql for what there is. */
	postgresChanges: Record<string, unknown>[];
}

/** Reads the payload of `phx_join`. @throws Refusal for anything else. */
export function parseJoin(payload: unknown): Join {
	const parsed = payloadShape.safeParse(payload);
	if (!parsed.success) throw new Refusal('InvalidJoinPayload', 'The join could not be read');
	const { access_token, config } = parsed.data;
	const replay = config?.broadcast?.replay;
	if (replay && !config?.private) {
		throw new Refusal('UnableToReplayMessages', 'Only private channels can be replayed');
	}
	return {
		token: ownToken(access_token),
		private: config?.private ?? false,
		ack: config?.broadcast?.ack ?? false,
		self: config?.broadcast?.self ?? false,
		replay: replay ? { since: replay.since, limit: replayLimit(replay.limit) } : null,
		presenceKey: config?.presence?.key ?? '',
		presenceEnabled: config?.presence?.enabled ?? false,
		postgresChanges: config?.postgres_changes ?? []
	};
}

/** A token of the client's own; API keys (`sb_…`) are no tokens. */
export function ownToken(token: string | null | undefined): string | null {
	return token && !token.startsWith('sb_') ? token : null;
}

function replayLimit(limit = LONGEST_REPLAY): number {
	return Math.min(Math.max(limit, 1), LONGEST_REPLAY);
}
