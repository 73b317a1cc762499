// Clients as apps make them: with the publishable key alone, or with a user's token beside it.
import { execFileSync } from 'node:child_process'
import { createClient } from '@supabase/supabase-js'

const need = (name) => {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set: source the env file of a running Howdah`)
  return value
}
const url = need('HOWDAH_URL')
const options = { auth: { persistSession: false, autoRefreshToken: false } }

/** One value from SQL, as the DBA. */
export const sql = (text) =>
  execFileSync('psql', ['-XAtq', '-v', 'ON_ERROR_STOP=1', need('HOWDAH_DB_URL'), '-c', text], { encoding: 'utf8' }).trim()

export const userId = (n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

export const anon = () => createClient(url, need('HOWDAH_ANON_KEY'), options)

export const holder = (claims) => {
  const token = sql(`SELECT howdah.mint_token('authenticated', '${JSON.stringify(claims)}'::jsonb)`)
  return createClient(url, need('HOWDAH_ANON_KEY'), {
    ...options,
    global: { headers: { Authorization: `Bearer ${token}` } },
  })
}

export const user = (n) => holder({ sub: userId(n) })

export const service = () => createClient(url, need('HOWDAH_SERVICE_KEY'), options)

export const hasChinook = () => sql("SELECT to_regclass('chinook.track') IS NOT NULL") === 't'
