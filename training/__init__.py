"""The recipe of `mini`: synthetic people and a teacher's labels in, a small MoveNet out."""
