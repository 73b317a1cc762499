-- wrk's requests. SERVER: howdah or floor. WHAT: the case. TOKENS: a file of lines "<owner number> <token>".
local server, what = os.getenv("SERVER"), os.getenv("WHAT")

local function uuid(n) return string.format("00000000-0000-4000-8000-%012d", n) end

-- Owners by kind: readers have 100 rows each, big ones 1,000, writers take the inserts.
local kinds = { reader = {}, big = {}, writer = {} }
for line in io.lines(os.getenv("TOKENS")) do
  local n, token = line:match("^(%d+) (%S+)$")
  n = tonumber(n)
  local kind = n <= 900 and "reader" or n <= 910 and "big" or "writer"
  table.insert(kinds[kind], { n = n, id = uuid(n), token = token })
end

local function one_of(list) return list[math.random(#list)] end

-- Each thread of wrk has its own Lua state: seeded by its address, or all would ask the same.
local address = tostring({}):match("0x(%x+)")
math.randomseed(os.time() + (address and tonumber(address:sub(-6), 16) or 0))
for _ = 1, 10 do math.random() end

local function task(owner)
  return '{"owner":"' .. owner .. '","title":"A task that came in","done":false,"priority":2,'
    .. '"tags":["tag1","tag2"],"meta":{"colour":"red","effort":5}}'
end

local bulk_body = os.getenv("BODY")

-- Case: which kind of owner asks, and for what of either server. Rows of reader n are n, n + 900, n + 1800 …
local cases = {
  one = { "reader", function(o)
    local row = o.n + 900 * math.random(0, 99)
    return "GET", "/one?id=" .. row, "/rest/v1/task?id=eq." .. row
  end },
  list = { "reader", function(o)
    return "GET", "/list?owner=" .. o.id, "/rest/v1/task?owner=eq." .. o.id .. "&order=id&limit=20"
  end },
  list_indexed = { "reader", function(o)
    return "GET", "/list_indexed?owner=" .. o.id, "/rest/v1/task_indexed?owner=eq." .. o.id .. "&order=id&limit=20"
  end },
  thousand = { "big", function(o)
    return "GET", "/thousand?owner=" .. o.id, "/rest/v1/task?owner=eq." .. o.id .. "&order=id&limit=1000"
  end },
  insert = { "writer", function(o) return "POST", "/insert", "/rest/v1/task", task(o.id) end },
  call = { "reader", function(o)
    local p = math.random(1, 5)
    return "GET", "/call?owner=" .. o.id .. "&priority=" .. p, "/rest/v1/rpc/open_tasks?priority=" .. p
  end },
  deep = { "reader", function(o)
    return "GET", "", "/rest/v1/project?select=id,name,stage(name,job(id,title,worker(name)))&owner=eq." .. o.id
      .. "&order=id&limit=10&stage.position=lte.3&stage.job.done=is.false"
  end },
  bulk = { "writer", function() return "POST", "", "/rest/v1/crate", bulk_body end },
  scan_naive = { "big", function() return "GET", "", "/rest/v1/scan_naive?select=id.count()" end },
  scan_wrapped = { "big", function() return "GET", "", "/rest/v1/scan_wrapped?select=id.count()" end },
}

local kind, make = cases[what][1], cases[what][2]
local owners = kinds[kind]
if what:match("^scan") then owners = { owners[1] } end

function request()
  local owner = one_of(owners)
  local method, floor, howdah, body = make(owner)
  local headers = {}
  if server == "howdah" then
    headers["Authorization"] = "Bearer " .. owner.token
    if what == "insert" then headers["Prefer"] = "return=representation" end
    if what == "one" then headers["Accept"] = "application/vnd.pgrst.object+json" end
  end
  if body then headers["Content-Type"] = "application/json" end
  return wrk.format(method, server == "howdah" and howdah or floor, headers, body)
end

function done(summary, latency)
  local e = summary.errors
  io.write(string.format('RESULT {"requests":%d,"us":%d,"bytes":%d,"p50":%.1f,"p99":%.1f,"bad":%d}\n',
    summary.requests, summary.duration, summary.bytes, latency:percentile(50), latency:percentile(99),
    e.status + e.connect + e.read + e.write + e.timeout))
end
