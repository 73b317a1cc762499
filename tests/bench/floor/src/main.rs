//! The floor: HTTP in, one prepared statement, its JSON out. No token, no role, no policy, no query language.
//!
//! Environment: LISTEN (address), DATABASE (connection string). Sixteen connections, one for each of the load's clients.

use axum::Router;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod};
use serde::Deserialize;
use tokio_postgres::NoTls;
use tokio_postgres::types::ToSql;

const ONE: &str = "SELECT row_to_json(t)::text FROM task t WHERE id = $1";
const LIST: &str = "SELECT json_agg(row_to_json(r))::text FROM \
    (SELECT * FROM task WHERE owner = $1::text::uuid ORDER BY id LIMIT $2) r";
const INSERT: &str = "WITH i AS (INSERT INTO task (owner, title, done, priority, labels, extra) \
    SELECT (j->>'owner')::uuid, j->>'title', (j->>'done')::boolean, (j->>'priority')::int, \
           ARRAY(SELECT json_array_elements_text(j->'labels')), (j->'extra')::jsonb \
    FROM (SELECT $1::text::json AS j) s RETURNING *) SELECT row_to_json(i)::text FROM i";
const CALL: &str = "SELECT days_between($1::text::date, $2::text::date)::text";

#[derive(Deserialize)]
struct Id {
    id: i64,
}

#[derive(Deserialize)]
struct Owner {
    owner: String,
    limit: i64,
}

#[derive(Deserialize)]
struct Days {
    a: String,
    b: String,
}

async fn answer(pool: &Pool, sql: &str, values: &[&(dyn ToSql + Sync)], status: StatusCode) -> Response {
    let result = async {
        let client = pool.get().await.map_err(|e| e.to_string())?;
        let statement = client.prepare_cached(sql).await.map_err(|e| e.to_string())?;
        let row = client.query_one(&statement, values).await.map_err(|e| e.to_string())?;
        Ok::<String, String>(row.get(0))
    };
    match result.await {
        Ok(json) => (status, [(header::CONTENT_TYPE, "application/json")], json).into_response(),
        Err(problem) => (StatusCode::INTERNAL_SERVER_ERROR, problem).into_response(),
    }
}

async fn one(State(pool): State<Pool>, Query(q): Query<Id>) -> Response {
    answer(&pool, ONE, &[&q.id], StatusCode::OK).await
}

async fn list(State(pool): State<Pool>, Query(q): Query<Owner>) -> Response {
    answer(&pool, LIST, &[&q.owner, &q.limit], StatusCode::OK).await
}

async fn insert(State(pool): State<Pool>, body: String) -> Response {
    answer(&pool, INSERT, &[&body], StatusCode::CREATED).await
}

async fn call(State(pool): State<Pool>, Query(q): Query<Days>) -> Response {
    answer(&pool, CALL, &[&q.a, &q.b], StatusCode::OK).await
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let config: tokio_postgres::Config = std::env::var("DATABASE")?.parse()?;
    let fast = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let pool = Pool::builder(Manager::from_config(config, NoTls, fast)).max_size(16).build()?;
    let routes = Router::new()
        .route("/one", get(one))
        .route("/list", get(list))
        .route("/task", post(insert))
        .route("/days", get(call))
        .with_state(pool);
    let listener = tokio::net::TcpListener::bind(std::env::var("LISTEN")?).await?;
    axum::serve(listener, routes).await?;
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(run())
}
