import { WebSocket } from 'ws';
import type { Seat } from './rooms.ts';

/** As realtime-js waits before it connects or joins again, in ms; the last one from then on. */
const RECONNECT = [1_000, 2_000, 5_000, 10_000];
/** As realtime-js waits for an answer to a join, in ms. */
const PATIENCE = 10_000;
/** As the app sets it for a room, in ms. */
const HEARTBEAT = 10_000;

const BROADCAST = 4;

/**
 * The socket of one phone: speaks what realtime-js speaks, joins its room, shows that it is there,
 * comes back when the line breaks.
 */
export class Phone {
	/** State broadcasts heard. */
	heard = 0;
	/** Joined since when, in true ms; null: not joined. */
	joinedAt: number | null = null;
	/** Whether its presence was taken. */
	tracked = false;
	/** Joins refused or not answered in time. */
	failures = 0;
	readonly #seat: Seat;
	readonly #address: string;
	readonly #onState: (sent: number) => void;
	#socket: WebSocket | null = null;
	#connects = 0;
	#joins = 0;
	#ref = 0;
	#joinRef = '';
	#trackRef = '';
	#joining: ReturnType<typeof setTimeout> | undefined;
	#beating: ReturnType<typeof setInterval> | undefined;

	/** `onState` is told when a state was sent, in true ms. */
	constructor(seat: Seat, address: string, onState: (sent: number) => void) {
		this.#seat = seat;
		this.#address = address;
		this.#onState = onState;
	}

	connect(): void {
		const socket = new WebSocket(this.#address, { perMessageDeflate: false });
		this.#socket = socket;
		socket.on('open', () => {
			this.#connects = 0;
			this.#joins = 0;
			this.#join();
			this.#beating = setInterval(() => this.#push('phoenix', 'heartbeat', {}), HEARTBEAT);
		});
		socket.on('message', (data, binary) => {
			if (!Buffer.isBuffer(data)) return;
			if (binary) this.#hear(data);
			else this.#read(data);
		});
		socket.on('error', () => {});
		socket.on('close', () => {
			clearInterval(this.#beating);
			clearTimeout(this.#joining);
			this.#joins = 0;
			this.joinedAt = null;
			this.tracked = false;
			if (this.#socket !== socket) return;
			setTimeout(() => this.connect(), RECONNECT[this.#connects++] ?? RECONNECT.at(-1));
		});
	}

	close(): void {
		const socket = this.#socket;
		this.#socket = null;
		socket?.terminate();
	}

	#join(): void {
		const { topic, member, token } = this.#seat;
		const config = {
			broadcast: { ack: false, self: false },
			presence: { key: member, enabled: true },
			postgres_changes: [],
			private: true
		};
		this.#joinRef = String(this.#ref + 1);
		this.#push(`realtime:${topic}`, 'phx_join', { config, access_token: token });
		this.#joining = setTimeout(() => {
			this.#push(`realtime:${topic}`, 'phx_leave', {});
			// Whatever is still answered to this join comes too late.
			this.#joinRef = '';
			this.#rejoin();
		}, PATIENCE);
	}

	#rejoin(): void {
		this.failures += 1;
		clearTimeout(this.#joining);
		const pause = RECONNECT[this.#joins++] ?? RECONNECT.at(-1);
		this.#joining = setTimeout(() => this.#join(), pause);
	}

	#read(data: Buffer): void {
		const [joinRef, ref, , event, payload] = JSON.parse(data.toString());
		if (event === 'phx_error' && joinRef === this.#joinRef) {
			this.joinedAt = null;
			return this.#rejoin();
		}
		if (event !== 'phx_reply' || joinRef !== this.#joinRef) return;
		if (ref === this.#joinRef) {
			if (payload.status !== 'ok') return this.#rejoin();
			clearTimeout(this.#joining);
			this.#joins = 0;
			this.joinedAt = performance.timeOrigin + performance.now();
			const track = { type: 'presence', event: 'track', payload: {} };
			this.#trackRef = String(this.#ref + 1);
			this.#push(`realtime:${this.#seat.topic}`, 'presence', track);
		} else if (ref === this.#trackRef) {
			this.tracked = payload.status === 'ok';
		}
	}

	/** Kind, four lengths, encoding, topic, event, meta, then the payload. */
	#hear(frame: Buffer): void {
		const [kind, topic = 0, event = 0, meta = 0] = frame;
		const eventAt = 5 + topic;
		if (kind !== BROADCAST || frame.toString('utf8', eventAt, eventAt + event) !== 'state') return;
		this.heard += 1;
		this.#onState(JSON.parse(frame.toString('utf8', eventAt + event + meta)).sent);
	}

	#push(topic: string, event: string, payload: unknown): void {
		this.#ref += 1;
		const joinRef = topic === 'phoenix' ? null : this.#joinRef;
		this.#socket?.send(JSON.stringify([joinRef, String(this.#ref), topic, event, payload]));
	}
}
