-- wrk's requests of accounts. WHAT: refresh (each chain of refresh tokens goes on with the child that it was given) or sign_in. FILE: refresh
-- tokens or e-mail addresses, a line each; there are more of them than connections.
local what, file = os.getenv("WHAT"), os.getenv("FILE")

local threads = 0
function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

-- First in, first out. Each thread has values of its own: two that present one refresh token would get one child.
local queue, head, tail = {}, 1, 0
local function put(value)
  tail = tail + 1
  queue[tail] = value
end
local function take()
  local value = queue[head]
  queue[head] = nil
  head = head + 1
  return value
end

function init()
  local n = 0
  for line in io.lines(file) do
    if n % 2 == number then put(line) end
    n = n + 1
  end
end

local headers = { ["Content-Type"] = "application/json" }

function request()
  local value = take()
  if what == "sign_in" then
    put(value)
    return wrk.format("POST", "/auth/v1/token?grant_type=password", headers,
      '{"email":"' .. value .. '","password":"a password of the bench"}')
  end
  return wrk.format("POST", "/auth/v1/token?grant_type=refresh_token", headers, '{"refresh_token":"' .. value .. '"}')
end

function response(status, _, body)
  if what == "refresh" and status == 200 then put(body:match('"refresh_token"%s*:%s*"([^"]+)"')) end
end

function done(summary, latency)
  local e = summary.errors
  io.write(string.format('RESULT {"requests":%d,"us":%d,"p50":%.1f,"p99":%.1f,"bad":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    e.status + e.connect + e.read + e.write + e.timeout))
end
