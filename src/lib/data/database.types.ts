export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[];

export type Database = {
	public: {
		Tables: {
			[_ in never]: never;
		};
		Views: {
			[_ in never]: never;
		};
		Functions: {
			accept_invitation: { Args: { token: string }; Returns: string };
			apply_ops: { Args: { client_id: string; operations: Json }; Returns: Json };
			ask_address: { Args: { email: string }; Returns: string };
			change_address: {
				Args: { change_id: string; new_code: string; old_code: string };
				Returns: string;
			};
			claim_invitation: { Args: { token_hash: string }; Returns: Json };
			claim_reminders: { Args: { at: string; most: number }; Returns: Json };
			close_calendar: { Args: Record<PropertyKey, never>; Returns: undefined };
			close_session: {
				Args: { command_id: string; expected_version: number; next: Json; session_id: string };
				Returns: Json;
			};
			code_address: {
				Args: { change_id: string; new_hash: string; old_hash: string };
				Returns: Json;
			};
			community_overview: { Args: { community_id: string }; Returns: Json };
			confirm_address_wait: { Args: { group_id: string; wait_id: string }; Returns: undefined };
			delete_account: { Args: { confirmation: string }; Returns: undefined };
			dismiss_signal: { Args: { kind: string; session_id: string }; Returns: undefined };
			end_sign_ins: { Args: { everywhere?: boolean; sign_in_id?: string }; Returns: number };
			erase_expired: { Args: { at: string; most?: number }; Returns: Json };
			export_account: { Args: Record<PropertyKey, never>; Returns: Json };
			finish_invitation: { Args: { token_hash: string }; Returns: undefined };
			finish_reminder: { Args: { id: string; outcome: string }; Returns: undefined };
			floor_command: { Args: { args: Json; command: string; session_id: string }; Returns: Json };
			found_group: { Args: { charter: string; id: string; name: string }; Returns: string };
			invite: { Args: { email: string; group_id: string; token_hash: string }; Returns: string };
			leave_group: { Args: { group_id: string }; Returns: undefined };
			list_sign_ins: { Args: Record<PropertyKey, never>; Returns: Json };
			open_address_wait: {
				Args: {
					account: string;
					change_id: string;
					has_password: boolean;
					new_code: string;
					session_id: string;
					stop_hash: string;
				};
				Returns: Json;
			};
			open_calendar: { Args: Record<PropertyKey, never>; Returns: string };
			plan_session: { Args: { expected_version: number; plan: Json }; Returns: string };
			pull: { Args: { ask: Json }; Returns: Json };
			raise_breach: {
				Args: { accused_id: string; group_id: string; id: string; reason: string };
				Returns: string;
			};
			read_calendar: { Args: { token: string }; Returns: Json };
			read_invitation: { Args: { token: string }; Returns: Json };
			read_reminders: { Args: Record<PropertyKey, never>; Returns: Json };
			replace_sign_in: { Args: { former: string }; Returns: undefined };
			revoke_invitation: { Args: { invitation_id: string }; Returns: undefined };
			room_command: {
				Args: {
					args: Json;
					command: string;
					command_id: string;
					expected_version: number;
					session_id: string;
				};
				Returns: Json;
			};
			room_snapshot: { Args: { session_id: string }; Returns: Json };
			server_clock: { Args: Record<PropertyKey, never>; Returns: number };
			set_reminders: { Args: { settings: Json }; Returns: undefined };
			set_retention: {
				Args: { expected: number; group_id: string; months: number };
				Returns: undefined;
			};
			share_session: {
				Args: { agree: boolean; reader_id: string; session_id: string };
				Returns: undefined;
			};
			sign_charter: { Args: { charter_id: string }; Returns: undefined };
			signal_facilitator: { Args: { kind: string; session_id: string }; Returns: undefined };
			stop_address_wait: { Args: Record<PropertyKey, never>; Returns: undefined };
			stop_address_wait_by: { Args: { token: string }; Returns: undefined };
			subscribe_push: {
				Args: { auth: string; endpoint: string; p256dh: string };
				Returns: undefined;
			};
			unsubscribe_push: { Args: { endpoint: string }; Returns: undefined };
			vote_breach: { Args: { breach_id: string; exclude: boolean }; Returns: string };
			vote_terms: { Args: { accused_id: string; group_id: string }; Returns: Json };
			withdraw_breach: { Args: { breach_id: string }; Returns: undefined };
			write_charter: {
				Args: { body: string; expected_version: number; group_id: string };
				Returns: string;
			};
		};
		Enums: {
			[_ in never]: never;
		};
		CompositeTypes: {
			[_ in never]: never;
		};
	};
};

type DatabaseWithoutInternals = Omit<Database, '__InternalSupabase'>;

type DefaultSchema = DatabaseWithoutInternals[Extract<keyof Database, 'public'>];

export type Tables<
	DefaultSchemaTableNameOrOptions extends
		| keyof (DefaultSchema['Tables'] & DefaultSchema['Views'])
		| { schema: keyof DatabaseWithoutInternals },
	TableName extends (DefaultSchemaTableNameOrOptions extends {
		schema: keyof DatabaseWithoutInternals;
	}
		? keyof (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables'] &
				DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Views'])
		: never) = never
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
	? (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables'] &
			DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Views'])[TableName] extends {
			Row: infer R;
		}
		? R
		: never
	: DefaultSchemaTableNameOrOptions extends keyof (DefaultSchema['Tables'] & DefaultSchema['Views'])
		? (DefaultSchema['Tables'] & DefaultSchema['Views'])[DefaultSchemaTableNameOrOptions] extends {
				Row: infer R;
			}
			? R
			: never
		: never;

export type TablesInsert<
	DefaultSchemaTableNameOrOptions extends
		keyof DefaultSchema['Tables'] | { schema: keyof DatabaseWithoutInternals },
	TableName extends (DefaultSchemaTableNameOrOptions extends {
		schema: keyof DatabaseWithoutInternals;
	}
		? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables']
		: never) = never
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
	? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables'][TableName] extends {
			Insert: infer I;
		}
		? I
		: never
	: DefaultSchemaTableNameOrOptions extends keyof DefaultSchema['Tables']
		? DefaultSchema['Tables'][DefaultSchemaTableNameOrOptions] extends {
				Insert: infer I;
			}
			? I
			: never
		: never;

export type TablesUpdate<
	DefaultSchemaTableNameOrOptions extends
		keyof DefaultSchema['Tables'] | { schema: keyof DatabaseWithoutInternals },
	TableName extends (DefaultSchemaTableNameOrOptions extends {
		schema: keyof DatabaseWithoutInternals;
	}
		? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables']
		: never) = never
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
	? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables'][TableName] extends {
			Update: infer U;
		}
		? U
		: never
	: DefaultSchemaTableNameOrOptions extends keyof DefaultSchema['Tables']
		? DefaultSchema['Tables'][DefaultSchemaTableNameOrOptions] extends {
				Update: infer U;
			}
			? U
			: never
		: never;

export type Enums<
	DefaultSchemaEnumNameOrOptions extends
		keyof DefaultSchema['Enums'] | { schema: keyof DatabaseWithoutInternals },
	EnumName extends (DefaultSchemaEnumNameOrOptions extends {
		schema: keyof DatabaseWithoutInternals;
	}
		? keyof DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions['schema']]['Enums']
		: never) = never
> = DefaultSchemaEnumNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
	? DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions['schema']]['Enums'][EnumName]
	: DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema['Enums']
		? DefaultSchema['Enums'][DefaultSchemaEnumNameOrOptions]
		: never;

export type CompositeTypes<
	PublicCompositeTypeNameOrOptions extends
		keyof DefaultSchema['CompositeTypes'] | { schema: keyof DatabaseWithoutInternals },
	CompositeTypeName extends (PublicCompositeTypeNameOrOptions extends {
		schema: keyof DatabaseWithoutInternals;
	}
		? keyof DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions['schema']]['CompositeTypes']
		: never) = never
> = PublicCompositeTypeNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
	? DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions['schema']]['CompositeTypes'][CompositeTypeName]
	: PublicCompositeTypeNameOrOptions extends keyof DefaultSchema['CompositeTypes']
		? DefaultSchema['CompositeTypes'][PublicCompositeTypeNameOrOptions]
		: never;

export const Constants = {
	public: {
		Enums: {}
	}
} as const;
