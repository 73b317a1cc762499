-- Environment: SERVER howdah|floor, CASE one|list|rows|insert|call, TOKENS a file of lines "<owner number> <token>".
local server, case = os.getenv("SERVER"), os.getenv("CASE")
local tokens = {}

local function uuid(n) return string.format("00000000-0000-4000-8000-%012d", n) end

function init()
  math.randomseed(os.time() + tonumber(tostring({}):match("0x(%x+)") or "0", 16) % 100000)
  for line in io.lines(os.getenv("TOKENS")) do
    local n, token = line:match("^(%d+) (%S+)$")
    n = tonumber(n)
    local kind = n == 2000 and "rows" or n > 1000 and "insert" or "reads"
    tokens[kind] = tokens[kind] or {}
    table.insert(tokens[kind], { n = n, headers = { Authorization = "Bearer " .. token } })
  end
end

local function pick(kind) local all = tokens[kind]; return all[math.random(#all)] end

local function body(n)
  return '{"owner":"' .. uuid(n) .. '","title":"Water the palms","done":false,"priority":2,'
    .. '"labels":["floor1","room2"],"extra":{"colour":"red","litres":5,"note":"again"}}'
end

local howdah = {
  one = function()
    local t = pick("reads")
    t.headers["Accept"] = "application/vnd.pgrst.object+json"
    return wrk.format("GET", "/rest/v1/task?id=eq." .. (math.random(0, 99) * 1000 + t.n), t.headers)
  end,
  list = function()
    local t = pick("reads")
    return wrk.format("GET", "/rest/v1/task?owner=eq." .. uuid(t.n) .. "&order=id&limit=20", t.headers)
  end,
  rows = function()
    local t = pick("rows")
    return wrk.format("GET", "/rest/v1/task?owner=eq." .. uuid(t.n) .. "&order=id&limit=1000", t.headers)
  end,
  insert = function()
    local t = pick("insert")
    t.headers["Content-Type"] = "application/json"
    t.headers["Prefer"] = "return=representation"
    return wrk.format("POST", "/rest/v1/task", t.headers, body(t.n))
  end,
  call = function()
    return wrk.format("GET", "/rest/v1/rpc/days_between?a=2024-01-0" .. math.random(9) .. "&b=2025-03-01", pick("reads").headers)
  end,
}
local floor = {
  one = function() return wrk.format("GET", "/one?id=" .. math.random(100000)) end,
  list = function() return wrk.format("GET", "/list?limit=20&owner=" .. uuid(math.random(1000))) end,
  rows = function() return wrk.format("GET", "/list?limit=1000&owner=" .. uuid(2000)) end,
  insert = function()
    return wrk.format("POST", "/task", { ["Content-Type"] = "application/json" }, body(math.random(1001, 1016)))
  end,
  call = function() return wrk.format("GET", "/days?a=2024-01-0" .. math.random(9) .. "&b=2025-03-01") end,
}
local make = (server == "howdah" and howdah or floor)[case]
function request() return make() end

function done(summary, latency)
  local e = summary.errors
  io.write(string.format('RESULT %d %d %.1f %.1f %d\n', summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), e.status + e.connect + e.read + e.write + e.timeout))
end
