/** What the facilitator may do from a keyboard. */
export type KeyCommand = 'pause' | 'next' | 'previous' | 'more' | 'less' | 'undo';

const KEYS = new Map<string, KeyCommand>([
	[' ', 'pause'],
	['ArrowRight', 'next'],
	['ArrowLeft', 'previous'],
	['+', 'more'],
	// The same key without Shift.
	['=', 'more'],
	['-', 'less'],
	['u', 'undo']
]);

/** A key as the browser tells it. */
export interface Press {
	key: string;
	ctrlKey: boolean;
	metaKey: boolean;
	altKey: boolean;
	/** True while the key is held down. */
	repeat: boolean;
}

/**
 * What a key asks of the room; null: nothing, or something of the browser's own (a key held down,
 * with Ctrl, Command or Alt).
 */
export function keyCommand({ key, ctrlKey, metaKey, altKey, repeat }: Press): KeyCommand | null {
	if (ctrlKey || metaKey || altKey || repeat) return null;
	return KEYS.get(key.length === 1 ? key.toLowerCase() : key) ?? null;
}

/** Where keys belong to what is written or chosen there. */
const TAKEN = 'input, textarea, select, [contenteditable]';

/** Whether a key pressed there is free to drive the room: no field has it, no sheet is open. */
export function isFree(target: EventTarget | null): boolean {
	if (document.querySelector('dialog:modal')) return false;
	return !(target instanceof Element && target.closest(TAKEN));
}
